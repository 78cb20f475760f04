"""Fan-out as plain asyncio: knows no models and no Django, and can be read, tested and measured alone."""
