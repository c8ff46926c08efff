"""Where does work wait between people, why, and what to try next?"""
