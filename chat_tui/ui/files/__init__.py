"""Files of this computer: the picker, the card before a file leaves, where a buyer's file is saved."""
