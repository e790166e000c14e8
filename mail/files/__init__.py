"""What is in the files that people send: what they are, unpacked sizes, viruses."""
