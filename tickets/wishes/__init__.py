"""What people ask with a word or a link: how it stands, or to be left alone."""
