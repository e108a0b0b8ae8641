"""What a MIS leaves in a folder, one kind of package a module, each with an attribute ``WRITER``."""
