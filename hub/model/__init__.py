"""The nouns of the contracts: what flows between a plugin and the core, and what the core keeps."""
