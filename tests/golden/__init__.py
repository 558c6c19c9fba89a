"""The golden corpus: what the program does with an invented study, recorded and compared.

`facts/` contains everything that must not change (documents, exports, states, exit codes), `words/` everything that is
only wording (messages and screens).  `python -m tests.golden.update` records both anew; the diff is then reviewed by
hand.

`logs/` contains logs that every later version must read to the same states; see `test_logs.py`.
"""
