"""What is handed out with first passwords, as bytes: slips to cut, a list, a directory's upload file.

Pure: people and passwords come in, files go out; the store, the disk and the directories are elsewhere.
"""
