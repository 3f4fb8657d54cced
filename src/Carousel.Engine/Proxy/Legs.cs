using System.Diagnostics.CodeAnalysis;

namespace Carousel.Engine.Proxy;

/// <summary>The state of a request on its way from the client to a server. The table of transitions is docs/STATES.md.</summary>
internal enum RequestLeg : byte
{
    /// <summary>The head was received.</summary>
    Start,
    /// <summary>Receiving the body, up to the buffer's size, before a server is leased.</summary>
    ReceiveBody,
    /// <summary>Picking a server.</summary>
    Route,
    /// <summary>Waiting for a server with room.</summary>
    Queue,
    /// <summary>Waiting for a new connection to the server.</summary>
    Connect,
    /// <summary>Sending the encoded head, and what has been received of the body.</summary>
    SendHead,
    /// <summary>Forwarding the body.</summary>
    StreamBody,
    /// <summary>Upgraded: forwarding the client's bytes unparsed.</summary>
    Tunnel,
    /// <summary>Nothing more is sent to the server.</summary>
    Done,
}

/// <summary>The state of the response on its way from a server to the client. The table of transitions is docs/STATES.md.</summary>
internal enum ResponseLeg : byte
{
    /// <summary>No request has been sent yet.</summary>
    Idle,
    /// <summary>Receiving the head from the server; interim responses are forwarded.</summary>
    ReadHead,
    /// <summary>Forwarding the encoded head and the body.</summary>
    StreamBody,
    /// <summary>Upgraded: forwarding the server's bytes unparsed.</summary>
    Tunnel,
    /// <summary>Sending a local response.</summary>
    Error,
    /// <summary>Nothing more is sent to the client.</summary>
    Done,
}

/// <summary>
/// The tables of docs/STATES.md (a test compares them): one bit for each allowed next state. A check costs a load, a shift and a mask, and is made at every
/// transition, in production too: a leg in a wrong state could send one client's bytes to another.
/// </summary>
internal static class Legs
{
    /// <summary>True if the request leg may change from <paramref name="now"/> to this state.</summary>
    public static bool MayFollow(this RequestLeg next, RequestLeg now) => (RequestTable.All[(int)now] >> (int)next & 1) != 0;

    /// <summary>True if the response leg may change from <paramref name="now"/> to this state.</summary>
    public static bool MayFollow(this ResponseLeg next, ResponseLeg now) => (ResponseTable.All[(int)now] >> (int)next & 1) != 0;

    /// <summary>Throws: an invalid transition is a bug, and the engine must not continue.</summary>
    [DoesNotReturn]
    public static void Refuse<TLeg>(TLeg now, TLeg next)
        where TLeg : struct, Enum => throw new InvalidOperationException($"{typeof(TLeg).Name} must not go from {now} to {next}");

    private static class RequestTable
    {
        private const ushort ReceiveBody = 1 << (int)RequestLeg.ReceiveBody, Route = 1 << (int)RequestLeg.Route, Queue = 1 << (int)RequestLeg.Queue,
            Connect = 1 << (int)RequestLeg.Connect, SendHead = 1 << (int)RequestLeg.SendHead, StreamBody = 1 << (int)RequestLeg.StreamBody,
            Tunnel = 1 << (int)RequestLeg.Tunnel, Done = 1 << (int)RequestLeg.Done;

        /// <summary>One row per state, in the order of the enumeration; constant data of the assembly.</summary>
        public static ReadOnlySpan<ushort> All =>
        [
            /* Start */ ReceiveBody | Route | Done,
            /* ReceiveBody */ Route | Done,
            /* Route */ Queue | Connect | SendHead | Done,
            /* Queue */ Route | Done,
            /* Connect */ Connect | SendHead | Route | Done,
            /* SendHead */ StreamBody | Route | Done,
            /* StreamBody */ Route | Done,
            /* Tunnel */ Done,
            /* Done */ Route | Tunnel,
        ];
    }

    private static class ResponseTable
    {
        private const ushort Idle = 1 << (int)ResponseLeg.Idle, ReadHead = 1 << (int)ResponseLeg.ReadHead, StreamBody = 1 << (int)ResponseLeg.StreamBody,
            Tunnel = 1 << (int)ResponseLeg.Tunnel, Error = 1 << (int)ResponseLeg.Error, Done = 1 << (int)ResponseLeg.Done;

        public static ReadOnlySpan<ushort> All =>
        [
            /* Idle */ ReadHead | Error,
            /* ReadHead */ StreamBody | Tunnel | Idle | Error,
            /* StreamBody */ Done,
            /* Tunnel */ Done,
            /* Error */ Done,
            /* Done */ 0,
        ];
    }
}
