"""The golden corpus: what the program does with an invented study, recorded and compared.

`facts/` holds what must not change (documents, exports, states, exit codes), `words/` what is only worded
(messages and screens).  `python -m tests.golden.update` records both anew; the diff is then reviewed by hand.

`logs/` holds logs that every later version has to read to the same states; see `test_logs.py`.
"""
