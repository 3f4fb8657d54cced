using Xunit;

namespace Carousel.EndToEnd.Strict;

/// <summary>Requests that never reach a server: name, bytes, status, reason. Alternatives are joined by '|' where the rules allow several.</summary>
internal static class RejectTable
{
    public static TheoryData<string, string, string, string> Heads { get; } = new()
    {
        // Request line.
        { "http 0.9", "GET /\r\n\r\n", "400", "bad-request-line" },
        { "two spaces before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", "400", "bad-request-line" },
        { "two spaces before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "400", "bad-request-line" },
        { "tab between", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", "400", "bad-request-line" },
        { "leading space", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", "400", "bad-request-line" },
        { "no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", "400", "bad-request-line" },
        { "method is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", "400", "bad-request-line" },
        { "target without slash", "GET index.html HTTP/1.1\r\nHost: a\r\n\r\n", "400", "bad-request-line" },
        { "asterisk for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", "400", "bad-request-line" },
        { "control byte in the target", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", "400", "bad-request-line" },
        { "lower-case protocol", "GET / http/1.1\r\nHost: a\r\n\r\n", "400", "bad-request-line" },
        { "junk after the version", "GET / HTTP/1.1 x\r\nHost: a\r\n\r\n", "400", "bad-request-line" },
        { "userinfo in the target", "GET http://user@a/ HTTP/1.1\r\nHost: a\r\n\r\n", "400", "bad-request-line|bad-host" },
        { "absolute target without host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", "400", "bad-request-line|bad-host" },
        { "http 1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", "505", "unsupported-version" },
        { "http 2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505", "unsupported-version" },
        { "http/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505", "unsupported-version" },
        { "connect", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "405", "connect-method" },
        { "trace", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", "405", "trace-method" },
        { "a long method", "UPDATEREDIRECTREFUPDATEREDIRECTRE / HTTP/1.1\r\nHost: a\r\n\r\n", "501", "method-too-long" },

        // Line ends.
        { "bare LF everywhere", "GET / HTTP/1.1\nHost: a\n\n", "400", "bad-line-ending" },
        { "bare LF after a field", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", "400", "bad-line-ending" },
        { "bare LF ends the head", "GET / HTTP/1.1\r\nHost: a\r\n\n", "400", "bad-line-ending" },
        { "bare CR in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", "400", "bad-line-ending" },
        { "bare CR in the target", "GET /\rx HTTP/1.1\r\nHost: a\r\n\r\n", "400", "bad-line-ending|bad-request-line" },
        { "NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", "400", "bad-line-ending" },
        { "NUL in the target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", "400", "bad-line-ending|bad-request-line" },

        // Fields.
        { "space before the colon", "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", "400", "bad-header" },
        { "transfer-encoding with space before the colon", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "400", "bad-header" },
        { "folded line", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", "400", "bad-header" },
        { "folded with a tab", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\n", "400|501", "bad-header|unsupported-transfer-coding" },
        { "first field line starts with a space", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "400", "bad-header" },
        { "no colon", "GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", "400", "bad-header" },
        { "empty name", "GET / HTTP/1.1\r\nHost: a\r\n: y\r\n\r\n", "400", "bad-header" },
        { "name is no token", "GET / HTTP/1.1\r\nHost: a\r\nX(y): z\r\n\r\n", "400", "bad-header" },
        { "control byte in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n", "400", "bad-header" },

        // Host.
        { "no host", "GET / HTTP/1.1\r\nX: y\r\n\r\n", "400", "bad-host" },
        { "two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400", "bad-host" },
        { "same host twice", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400", "bad-host" },
        { "space in host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400", "bad-host" },
        { "slash in host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400", "bad-host" },
        { "userinfo in host", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "400", "bad-host" },
        { "comma in host", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "400", "bad-host" },
        { "port is no number", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", "400", "bad-host" },
        { "open bracket in host", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "400", "bad-host" },

        // Length.
        { "length is a word", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: abc\r\n\r\n", "400", "bad-content-length" },
        { "length with plus", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx", "400", "bad-content-length" },
        { "length with minus", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400", "bad-content-length" },
        { "length in hex", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx", "400", "bad-content-length" },
        { "length empty", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", "400", "bad-content-length" },
        { "length with a space inside", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 1\r\n\r\nx", "400", "bad-content-length" },
        { "length beyond 64 bits", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551617\r\n\r\nx", "400", "bad-content-length" },
        { "two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", "400", "bad-content-length" },
        { "two lengths in one field", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\nxx", "400", "bad-content-length" },

        // Coding.
        { "CL.TE", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX", "400", "ambiguous-length" },
        { "TE.CL", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n1\r\nx\r\n0\r\n\r\n", "400", "ambiguous-length" },
        { "gzip", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "501", "unsupported-transfer-coding" },
        { "gzip, chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501", "unsupported-transfer-coding" },
        { "chunked, identity", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "501", "unsupported-transfer-coding" },
        { "xchunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "501", "unsupported-transfer-coding" },
        { "chunked twice", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "501|400", "unsupported-transfer-coding|ambiguous-length" },
        { "two codings in two fields", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n", "501|400", "unsupported-transfer-coding|ambiguous-length" },
        { "vertical tab before chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0b" + "chunked\r\n\r\n0\r\n\r\n", "501|400", "unsupported-transfer-coding|bad-header" },
        { "chunked from 1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400|501", "unsupported-transfer-coding|ambiguous-length" },

        { "unknown expectation", "POST / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nContent-Length: 1\r\n\r\nx", "417", "unsupported-expectation" },
    };

    /// <summary>Chunked bodies that are rejected at the invalid byte. Their head may have reached a server, their end never does.</summary>
    public static TheoryData<string, string> ChunkedBodies { get; } = new()
    {
        { "size is no number", "zz\r\nhello\r\n0\r\n\r\n" },
        { "size is empty", "\r\nhello\r\n0\r\n\r\n" },
        { "size with minus", "-5\r\nhello\r\n0\r\n\r\n" },
        { "size with 0x", "0x5\r\nhello\r\n0\r\n\r\n" },
        { "size with leading space", " 5\r\nhello\r\n0\r\n\r\n" },
        { "size beyond 64 bits", "10000000000000005\r\nhello\r\n0\r\n\r\n" },
        { "size negative in 64 bits", "FFFFFFFFFFFFFFFB\r\nhello\r\n0\r\n\r\n" },
        { "bare LF after the size", "5\nhello\r\n0\r\n\r\n" },
        { "bare LF in an extension", "5;a\nhello\r\n0\r\n\r\n" },
        { "bare CR in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n" },
        { "data longer than its size", "5\r\nhelloX\r\n0\r\n\r\n" },
        { "bare LF after the data", "5\r\nhello\n0\r\n\r\n" },
        { "trailer without colon", "5\r\nhello\r\n0\r\nnonsense\r\n\r\n" },
        { "trailer with space before the colon", "5\r\nhello\r\n0\r\nX : y\r\n\r\n" },
        { "bare LF ends the trailers", "5\r\nhello\r\n0\r\n\n" },
        { "extension without end", "5;" + new string('x', 70_000) + "\r\nhello\r\n0\r\n\r\n" },
        { "trailers without end", "5\r\nhello\r\n0\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", 20_000)) + "\r\n" },
    };
}
