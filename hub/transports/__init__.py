"""Ways that files come and go: folders, SFTP, HTTPS, and later mail."""
