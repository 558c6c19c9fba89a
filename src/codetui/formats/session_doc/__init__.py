"""The session document: one coder's coding of one source as markdown.

`markdown` builds the document of a session, renders it and parses any text; `patch.document_of` returns what is saved
for a session: in a document that a person laid out it changes single lines.

Loading these modules takes about 30 ms. Modules that are loaded before the first screen import them in their functions.
"""
