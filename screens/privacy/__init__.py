"""Privacy on screen: all that is held on somebody, and the clock of leavers."""
