"""A labelled corpus for the privacy engine: documents, what in them is sensitive, what must stay."""
