"""Reading a project: topics in pages, and whole topics in the way its server has for them."""
