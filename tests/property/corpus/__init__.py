"""A labelled corpus for the privacy engine: documents, what in them is sensitive, what must stay.

Labelled HUMAN, and only counted, is what stands in no list and has no shape: people, places and hosts in the sentences of
prose.ticket_text, and the share in the smbclient line of logs.shell. Words that point at people (Builder.cue) are none of the
engine's own: a corpus in the words of its engine would prove nothing. gaps.py names what the engine is known to fail.
"""
