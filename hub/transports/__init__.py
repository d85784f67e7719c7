"""Ways that files come and go: folders, and later SFTP, HTTPS and mail."""
