namespace Carousel.Engine.Proxy;

/// <summary>Where a request is on its way from the client to a server. The table of transitions is docs/STATES.md.</summary>
internal enum RequestLeg : byte
{
    /// <summary>Receiving the head from the client.</summary>
    ReadHead,
    /// <summary>Picking a server.</summary>
    Route,
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

/// <summary>The tables of docs/STATES.md, which a test compares.</summary>
internal static class Legs
{
    /// <summary>The states that each state of the request leg may lead to.</summary>
    public static bool MayFollow(this RequestLeg next, RequestLeg now) => now switch
    {
        RequestLeg.ReadHead => next is RequestLeg.Route or RequestLeg.Done,
        RequestLeg.Route => next is RequestLeg.Connect or RequestLeg.SendHead or RequestLeg.Done,
        RequestLeg.Connect => next is RequestLeg.SendHead or RequestLeg.Connect or RequestLeg.Route or RequestLeg.Done,
        RequestLeg.SendHead => next is RequestLeg.StreamBody or RequestLeg.Route or RequestLeg.Connect or RequestLeg.Done,
        RequestLeg.StreamBody => next is RequestLeg.Route or RequestLeg.Connect or RequestLeg.Done,
        RequestLeg.Tunnel => next is RequestLeg.Done,
        RequestLeg.Done => next is RequestLeg.ReadHead or RequestLeg.Tunnel or RequestLeg.Route or RequestLeg.Connect,
        _ => false,
    };

    /// <summary>The states that each state of the response leg may lead to.</summary>
    public static bool MayFollow(this ResponseLeg next, ResponseLeg now) => now switch
    {
        ResponseLeg.Idle => next is ResponseLeg.ReadHead or ResponseLeg.Error or ResponseLeg.Done,
        ResponseLeg.ReadHead => next is ResponseLeg.StreamBody or ResponseLeg.Tunnel or ResponseLeg.Idle or ResponseLeg.Error or ResponseLeg.Done,
        ResponseLeg.StreamBody => next is ResponseLeg.Done,
        ResponseLeg.Tunnel => next is ResponseLeg.Done,
        ResponseLeg.Error => next is ResponseLeg.Done,
        ResponseLeg.Done => next is ResponseLeg.Idle,
        _ => false,
    };
}
