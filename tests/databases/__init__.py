"""Real database servers, started for a test and stopped at its end, each on a free port of this machine with its data in a
folder of its own. As root they run as the users that their Debian packages make, which they insist on."""
