"""Files of rows (CSV, JSON, Excel) as rows of cells by column name, whatever the rows mean."""
