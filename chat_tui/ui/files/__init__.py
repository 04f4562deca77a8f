"""Files of this computer: the picker, the card before a file is sent, and where a buyer's file is saved."""
