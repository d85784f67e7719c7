"""Where things are wired: configuration, plugins, work, and the facade. The only floor that knows every other."""
