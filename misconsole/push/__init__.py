"""Writing accounts to the directories of a school: planned, limited, journalled, one change at a time."""
