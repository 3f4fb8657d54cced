using System.Diagnostics.CodeAnalysis;

namespace Carousel.Engine.Proxy;

/// <summary>Where a request is on its way from the client to a server. The table of transitions is docs/STATES.md.</summary>
internal enum RequestLeg : byte
{
    /// <summary>Receiving the head from the client.</summary>
    ReadHead,
    /// <summary>Picking a server.</summary>
    Route,
    /// <summary>Waiting for a server with room.</summary>
    Queue,
    /// <summary>Waiting for a new connection to the server.</summary>
    Connect,
    /// <summary>Sending the rewritten head, with what is there of the body.</summary>
    SendHead,
    /// <summary>Passing the body on.</summary>
    StreamBody,
    /// <summary>Upgraded: passing the client's bytes on, whatever they are.</summary>
    Tunnel,
    /// <summary>Nothing more is sent to the server.</summary>
    Done,
}

/// <summary>Where the answer is on its way from a server to the client. The table of transitions is docs/STATES.md.</summary>
internal enum ResponseLeg : byte
{
    /// <summary>No server has been asked yet.</summary>
    Idle,
    /// <summary>Receiving the head from the server; interim answers are passed on.</summary>
    ReadHead,
    /// <summary>Passing the rewritten head and the body on.</summary>
    StreamBody,
    /// <summary>Upgraded: passing the server's bytes on, whatever they are.</summary>
    Tunnel,
    /// <summary>Sending an answer of our own.</summary>
    Error,
    /// <summary>Nothing more is sent to the client.</summary>
    Done,
}

/// <summary>
/// The tables of docs/STATES.md, which a test compares: a bit for each state that may follow, eight bits a state. So the check costs a shift and a mask, and
/// is made at every step, in production too: a leg where it must not be would send one client's bytes to another.
/// </summary>
internal static class Legs
{
    private const int Row = 8;

    /// <summary>True if the request leg may go from <paramref name="now"/> to this state.</summary>
    public static bool MayFollow(this RequestLeg next, RequestLeg now) => (RequestTable.All >> (Row * (int)now + (int)next) & 1) != 0;

    /// <summary>True if the response leg may go from <paramref name="now"/> to this state.</summary>
    public static bool MayFollow(this ResponseLeg next, ResponseLeg now) => (ResponseTable.All >> (Row * (int)now + (int)next) & 1) != 0;

    /// <summary>The engine is broken: it must not go on.</summary>
    [DoesNotReturn]
    public static void Refuse<TLeg>(TLeg now, TLeg next)
        where TLeg : struct, Enum => throw new InvalidOperationException($"{typeof(TLeg).Name} must not go from {now} to {next}");

    private static class RequestTable
    {
        private const ulong Route = 1UL << (int)RequestLeg.Route, Queue = 1UL << (int)RequestLeg.Queue, Connect = 1UL << (int)RequestLeg.Connect, SendHead = 1UL << (int)RequestLeg.SendHead,
            StreamBody = 1UL << (int)RequestLeg.StreamBody, Tunnel = 1UL << (int)RequestLeg.Tunnel, Done = 1UL << (int)RequestLeg.Done;

        public const ulong All =
            (Route | Done) << (Row * (int)RequestLeg.ReadHead)
            | (Queue | Connect | SendHead | Done) << (Row * (int)RequestLeg.Route)
            | (Route | Done) << (Row * (int)RequestLeg.Queue)
            | (Connect | SendHead | Route | Done) << (Row * (int)RequestLeg.Connect)
            | (StreamBody | Route | Done) << (Row * (int)RequestLeg.SendHead)
            | (Route | Done) << (Row * (int)RequestLeg.StreamBody)
            | Done << (Row * (int)RequestLeg.Tunnel)
            | (Route | Tunnel) << (Row * (int)RequestLeg.Done);
    }

    private static class ResponseTable
    {
        private const ulong Idle = 1UL << (int)ResponseLeg.Idle, ReadHead = 1UL << (int)ResponseLeg.ReadHead, StreamBody = 1UL << (int)ResponseLeg.StreamBody,
            Tunnel = 1UL << (int)ResponseLeg.Tunnel, Error = 1UL << (int)ResponseLeg.Error, Done = 1UL << (int)ResponseLeg.Done;

        public const ulong All =
            (ReadHead | Error) << (Row * (int)ResponseLeg.Idle)
            | (StreamBody | Tunnel | Idle | Error) << (Row * (int)ResponseLeg.ReadHead)
            | Done << (Row * (int)ResponseLeg.StreamBody)
            | Done << (Row * (int)ResponseLeg.Tunnel)
            | Done << (Row * (int)ResponseLeg.Error);
    }
}
