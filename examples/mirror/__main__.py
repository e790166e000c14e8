"""``python -m examples.mirror FEED BOOK``: follow the desk, or tell of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from asyncio import StreamReader, StreamWriter
from pathlib import Path
from typing import Any

from examples.mirror.book import Book
from examples.mirror.feeds import Place, follow_file, follow_queue, read_file


def main() -> None:
    options = parse()
    book = Book(options.book)
    if options.report:
        sys.stdout.write(encoded(book.report()))
    elif options.once:
        read_file(book, Path(options.feed.removeprefix("file:")))
    else:
        asyncio.run(serve(book, options))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mirror", description=__doc__)
    parser.add_argument("feed", help="amqp://user:password@host/vhost or file:PATH")
    parser.add_argument("book", type=Path, help="the SQLite file of the copy")
    parser.add_argument("--exchange", default="desk", help="where the desk publishes")
    parser.add_argument("--queue", default="mirror", help="our own, made if need be")
    parser.add_argument("--prefetch", type=int, default=50)
    parser.add_argument("--http", type=int, metavar="PORT", help="tell how far we are")
    parser.add_argument("--once", action="store_true", help="read a file to its end")
    parser.add_argument("--report", action="store_true", help="say what is in the copy")
    return parser.parse_args()


async def serve(book: Book, options: argparse.Namespace) -> None:
    async def answer(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readline()  # whatever is asked, there is one answer
        said = encoded(book.sequences()).encode()
        head = f"HTTP/1.0 200 OK\r\nContent-Length: {len(said)}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\n\r\n".encode() + said)
        await writer.drain()
        writer.close()

    if options.http is not None:
        await asyncio.start_server(answer, "127.0.0.1", options.http)
    scheme, _, path = options.feed.partition(":")
    if scheme == "file":
        await follow_file(book, Path(path))
    place = Place(
        url=options.feed,
        exchange=options.exchange,
        queue=options.queue,
        prefetch=options.prefetch,
    )
    await follow_queue(book, place)


def encoded(what: dict[str, Any]) -> str:
    return json.dumps(what, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    main()
