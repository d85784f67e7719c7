"""Record layouts of Bankgirot's files, one module for each format."""
