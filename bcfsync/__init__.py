"""bcfsync: the bridge between BCF archives and BCF REST servers."""

__version__ = "0.1.0"
