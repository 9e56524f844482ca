"""What failed and how it should have been: by a person, or by the demonstrator on the world as it lay."""
