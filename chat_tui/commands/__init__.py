"""The verbs of the command line: functions of a `Context` that return an exit code; `cli` has their table.

    reading, acting, reports      print chats; send; report on sync, reply times and whole chats
    login, starting, demo         connect a shop; open the screen; the pretend Market
    doctor, checks, installation  what is wrong; where the files are and which settings apply
    opening, access               from the settings to an inbox, and to the Market
    arguments, context, streams   what a verb works with, and how it prints

Only `starting` imports Textual.
"""
