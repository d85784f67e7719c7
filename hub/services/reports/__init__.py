"""Reports: a selection and one state of the database become a sheet of lines."""
