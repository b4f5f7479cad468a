"""File formats: each module judges a file by its header and offers it as a `StoredImage`, or writes one."""
