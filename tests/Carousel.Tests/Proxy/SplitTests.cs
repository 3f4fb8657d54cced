using System.Text.RegularExpressions;
using Carousel.Core.Sessions;
using Carousel.Tests.Proxy.Fakes;
using Carousel.Tests.Sessions;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Both sides get the same bytes, however sends and receives of an exchange are split.</summary>
public sealed partial class SplitTests
{
    private const string Post = "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nhello world";
    private const string Chunked = "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nX-T: v\r\n\r\n";
    private const string Old = "GET /old HTTP/1.0\r\nConnection: keep-alive\r\nHost: h\r\n\r\n";
    private const string ChunkedResponse = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n1\r\n!\r\n0\r\nX-Sum: 5\r\n\r\n";
    private const string Trailers = "POST /t HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nA: b\r\nHost: x\r\nC: d\r\n\r\n";
    private const string TrailersResponse = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n!\r\n0\r\nSet-Cookie: a=b\r\nX-Sum: 5\r\n\r\n";
    private const string Interim = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const string UntilClose = "HTTP/1.1 200 OK\r\nX: y\r\n\r\nuntil the end";

    /// <summary>Requests of one client, separated by |; the response to each; whether the server closes after it.</summary>
    public static TheoryData<string, string, bool> Conversations => new()
    {
        { "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false },
        { Post, ChunkedResponse, false },
        { Chunked, Interim, false },
        { Post + "|" + Chunked + "|GET /3 HTTP/1.1\r\nHost: h\r\n\r\n", ChunkedResponse, false },
        { "GET /u HTTP/1.1\r\nHost: h\r\n\r\n", UntilClose, true },
        { Trailers + "|GET /2 HTTP/1.1\r\nHost: h\r\n\r\n", TrailersResponse, false },
        { Old, TrailersResponse, false },
        { Old, UntilClose, true },
        { Old, ChunkedResponse, false },
        { Old, Interim, false },
        { "GET /s HTTP/1.1\r\nHost: h\r\nCookie: a=b; LB_SESSION=old; c=d\r\nCookie: e=f\r\n\r\n", ChunkedResponse, false },
        { "HEAD /h HTTP/1.1\r\nHost: h\r\n\r\n|GET /n HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", false },
    };

    [Theory]
    [MemberData(nameof(Conversations))]
    public void Request_SplitAnywhere_SameBytes(string requests, string response, bool closes)
    {
        string expected = Play(requests, response, closes);
        for (int split = 1; split < requests.Replace("|", "").Length; split++)
        {
            Assert.Equal(expected, Play(requests, response, closes, requestSplit: split));
        }
    }

    [Theory]
    [MemberData(nameof(Conversations))]
    public void Response_SplitAnywhere_SameBytes(string requests, string response, bool closes)
    {
        string expected = Play(requests, response, closes);
        for (int split = 1; split < response.Length; split++)
        {
            Assert.Equal(expected, Play(requests, response, closes, responseSplit: split));
        }
    }

    [Theory]
    [MemberData(nameof(Conversations))]
    public void Sends_TakenInPieces_SameBytes(string requests, string response, bool closes)
    {
        string expected = Play(requests, response, closes);
        for (int room = 1; room < 300; room += 1 + room / 16)
        {
            Assert.Equal(expected, Play(requests, response, closes, room: room));
        }
    }

    [Theory]
    [MemberData(nameof(Conversations))]
    public void Everything_ByteByByte_SameBytes(string requests, string response, bool closes)
    {
        Assert.Equal(Play(requests, response, closes), Play(requests, response, closes, requestSplit: -1, responseSplit: -1, room: 1));
    }

    [Theory]
    [MemberData(nameof(Conversations))]
    public void Streams_OfEveryOddity_SameBytes(string requests, string response, bool closes)
    {
        string expected = Play(requests, response, closes);
        for (Oddity oddity = 0; oddity < Oddity.Truncated; oddity++)
        {
            Assert.Equal(expected, Play(requests, response, closes, oddity: oddity));
            Assert.Equal(expected, Play(requests, response, closes, requestSplit: -1, responseSplit: -1, room: 1, oddity));
        }
    }

    /// <summary>What the servers and the client received, without body framing, which may differ.</summary>
    private static string Play(
        string requests, string response, bool closes, int requestSplit = 0, int responseSplit = 0, int room = int.MaxValue, Oddity? oddity = null)
    {
        using var rig = new Rig(sessions: new SessionChannel(new SessionOptions(), SessionSamples.Keys(SessionSamples.Key()), workers: 1));
        if (oddity is { } odd)
        {
            rig.Network.Streams = network => new OddStream(network, odd);
        }
        rig.OnRequest = (server, _) => [.. Split(response, responseSplit), .. closes ? new byte[]?[] { null } : []];
        FakeSocket client = rig.Connect();
        rig.Network.Connected = server =>
        {
            rig.Servers.Add(server);
            server.Room = server.RoomAtATime = room;
        };
        client.Room = client.RoomAtATime = room;
        foreach (byte[]? piece in Split(requests.Replace("|", ""), requestSplit))
        {
            client.Send(piece);
            rig.Run();
        }
        string[] methods = [.. requests.Split('|').Select(request => request.Split(' ')[0])];
        List<Message> responses = Message.Responds(client.TakenText, methods, client.EndSent);
        string toServers = string.Join("\n", rig.Servers.Select(server => server.TakenText));
        string toClient = string.Join("\n", responses.Select(a => $"{a.Head}\n{a.Body}\n{a.IsWhole}"));
        bool wasKept = !client.EndSent;
        rig.AssertNothingLeft();
        Assert.Equal(methods.Length, responses.Count(a => a.Status >= 200));
        Assert.Equal(methods.Length, Random().Count(toServers));
        return Random().Replace($"{toServers}\n---\n{toClient}\n{wasKept}", "(random)");
    }

    /// <summary>Session ids and cookies.</summary>
    [GeneratedRegex("(?<=X-Session-Id: )[0-9a-f]{32}|(?<=LB_SESSION=)[-_A-Za-z0-9]{64}")]
    private static partial Regex Random();

    /// <summary>Splits at one position (0: nowhere; -1: everywhere).</summary>
    private static IEnumerable<byte[]?> Split(string text, int at)
    {
        byte[] all = Rig.Bytes(text);
        return at switch
        {
            0 => [all],
            < 0 => all.Select(one => new[] { one }),
            _ => [all[..at], all[at..]],
        };
    }
}
