"""What the running copies of the program share: who leads, quotas, places, activity, news of each other."""
