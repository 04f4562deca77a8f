"""The verbs of the command line: functions of a `Context` that return an exit code. None imports Textual.

reading, acting, reports    print chats, send, report
login, starting             connect a shop, open the screen
doctor, checks              find what is wrong with the program's surroundings
installation, demo          paths and settings, the pretend Market
arguments, context, streams what a verb is given, and how it prints
opening, access             from the settings to an inbox and to the Market
"""
