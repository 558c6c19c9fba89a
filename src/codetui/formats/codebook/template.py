"""What a new study begins with: a small codebook full of comments, and one ad to try it on."""

from __future__ import annotations

GIT_ATTRIBUTES = """\
# How git brings two people's or two machines' work together. In each clone run once:
#
#   codetui merge --install-driver
#
# Logs: all lines of both sides, whatever git is told. Documents: made anew from both logs; in a clone without
# that command git leaves its conflict marks in them, and Ctrl+S in codetui writes them anew.
* -text
*.jsonl merge=union
analysis_job_*.md merge=codetui
*.written merge=codetui
"""

GIT_IGNORE = """\
# What belongs to one machine: where the coder stopped, who has a session open, files half written.
place.json
.*.lock
.*.now
.*.tmp
*.checked
"""

CODEBOOK_TEMPLATE = '''\
# The codebook of this study. Change everything: what stands here is only an example.
#
#   codetui codebook check             says what is wrong or missing here, with the line
#   codetui codebook import BOOK.md    makes such a file of a coding book that exists already
#   codetui                            opens the ads with this codebook
#
# - A line that begins with # is a comment.
# - One table per profile, section, group and code; their order here is their order everywhere.
# - Short texts stand in "quotes", long ones between three quotes: lines may be broken anywhere,
#   and a blank line begins a paragraph.
# - Keep an id once ads are coded with it. Names may be improved at any time.

title = "My codebook"
version = "1"
# What you say of this version, and the language of the field names when the book is written out as markdown:
# status = "Draft"
# language = "nl"

# How documents and screens name a code: "TASK1: Building software".
label = "{id}: {name}"


[corpus]
# A folder or a file, counted from here: .txt and .md files, .csv and .jsonl tables.
path = "ads"
# For tables whose column names are not recognised:
# columns = { id = "number", employer = "company", title = "position", body = "description" }


# Background reading: a markdown file that opens beside the ad. It may be about some codes or profiles only.
# [[reference]]
# title = "What the roles mean"
# path = "notes.md"
# code = ["TASK1"]
# profile = ["1"]


# --- Profiles: one for each ad as a whole, assigned with a reasoning ---------------------------------

[[profile]]
name = "Engineer"
subtitle = "Makes software"
definition = """
What makes an ad belong to this profile, in a sentence or two.
"""
responsibilities = ["Builds and maintains software"]
projects = ["A web application for customers"]
evidence = "Which codes one expects to find: above all TASK1."

[[profile]]
name = "Not relevant"
definition = "The ad describes other work, or says too little to judge."
evidence = "Hardly any task can be coded."


# --- Sections: the chapters of each document ---------------------------------------------------------
# holds = "quotations" for phrases of the ad, "terms" for names of tools.
# While coding, 1 opens the first section, 2 the second and so on; key = "7" would choose another digit.
# A section may have a definition = "…" too, and a heading = "## 2. Our tasks" for the coding book, where that is
# not its title.

[[section]]
id = "tasks"
title = "Tasks"
holds = "quotations"

[[section]]
id = "tools"
title = "Tools"
holds = "terms"

[[section]]
id = "skills"
title = "Soft skills"
holds = "quotations"


# Codes of one section can stand in groups, each under its own heading. A code then names its group
# instead of its section:
#
# [[group]]
# id = "core"
# section = "tasks"
# title = "Core tasks"
# definition = "What any such work is made of."


# --- Codes -------------------------------------------------------------------------------------------
# key is the letter or digit that assigns the code once its section is open. Without it, the number at
# the end of the id is taken, or else a letter of the name.
# Besides definition and examples a code may have:
#   include = "what counts"                exclude = "what does not count"
#   confused_with = ["TASK2"]              ids of the codes that are easily taken for it
#   found_in = "752"                       the ad in which it was found while coding
#   retired = true                         it is no longer given

[[code]]
id = "TASK1"
name = "Building software"
section = "tasks"
definition = "Designing, writing, testing and maintaining programs."
examples = ["build and maintain our web shop", "write clean, tested code"]

[[code]]
id = "TASK2"
name = "Understanding the organisation"
section = "tasks"
definition = "Finding out what users and colleagues need, and turning it into requirements."
examples = ["talk with planners about what slows them down"]

[[code]]
id = "TOOL1"
name = "Programming languages"
section = "tools"
definition = "Languages by name."
examples = ["Python", "Java"]

[[code]]
id = "SKILL1"
name = "Working together"
section = "skills"
definition = "Communication and cooperation with others, technical or not."
examples = ["you work closely with designers"]

[[code]]
id = "SKILL2"
name = "Learning"
section = "skills"
key = "l"
definition = "The will to learn, and time or means for it."
examples = ["eager to learn", "a budget for courses"]


# --- Texts of the coding book that belong to no one part ------------------------------------------------
# They are kept for `codetui codebook export`: body is markdown, before or after says beside which part it stands
# (an id, or "code 1" where a code and something else have that id). Without either it opens the book.
#
# [[text]]
# title = "How to code"
# before = "tasks"
# body = """
# 1. Read the whole ad first.
# """
'''

SAMPLE_AD = (
    "1_example_company.txt",
    """\
Software Engineer Planning Tools

Example Company makes planning tools for ferries. You build the web application that our planners use, in Python.

   Your tasks:
     * You talk with planners about what slows them down, and propose something better;
     * You write clean, tested code and review that of your colleagues;
     * You keep an eye on the servers when a storm is coming.

You are eager to learn, and you work closely with designers and skippers alike.
""",
)
