"""The contract of messages: the AsyncAPI 3.0 document, written from what the code declares.

python -m shared.contract          prints the document
python -m shared.contract --write  writes it to shared/asyncapi.yaml

It stands above messages and delivery, because it tells of both: what the messages are like (their
schemas), and who sends and reads them (the registry and the topology).
"""
