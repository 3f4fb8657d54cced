using System.Runtime.CompilerServices;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>
/// One request and its response. Two legs run side by side, each a small state machine (docs/STATES.md). <see cref="Advance"/> steps both until neither makes
/// progress, then waits for the next event. Pooled: an idle connection holds no exchange. Its own worker's thread only.
/// </summary>
internal sealed partial class Exchange : IConnectionOwner, IQueuedRequest, IDeadlineOwner, IResumable
{
    /// <summary>What is being done before an exchange begins, as in <see cref="Activity"/>.</summary>
    public const string ReceivingHead = "receiving the request's head";

    /// <summary>Steps per tick: many more than a request takes that does not wait.</summary>
    private const int MaxStepsPerTick = 64;

    private readonly Worker _worker;
    private readonly Deadline _requestDeadline, _responseDeadline;
    private IClientStream? _client;
    private IServerStream? _server;
    private RequestLeg _requestLeg;
    private ResponseLeg _responseLeg;
    private BodyRelay _request, _response;
    private readonly RequestHead _head;
    private readonly RequestRecorder _recorder;
    private bool _willResume;

    public Exchange(Worker worker)
    {
        _worker = worker;
        _requestDeadline = new Deadline(this);
        _responseDeadline = new Deadline(this);
        _head = new RequestHead(worker.HeadLimits.MaxFields);
        _recorder = new RequestRecorder(worker.Telemetry);
        _rate = new RateWatch(this, worker.Loop.Wheel);
        _queueEntry = new QueueEntry(this);
        _connector = new ServerConnector(worker.Upstreams, this);
        _selection = new ServerSelection(worker.Picker, worker.Outliers, worker.Affinity?.StickyWaitMs ?? 0);
    }

    private enum Step : byte
    {
        /// <summary>Nothing to do until an event or a deadline.</summary>
        Blocked,
        Progress,
        /// <summary>Continues in the next tick.</summary>
        Yield,
        /// <summary>The exchange is over; this object may already be in use for another.</summary>
        Over,
    }

    /// <summary>What is being done, as a phrase that follows "while" in log lines.</summary>
    private string Activity => (_requestLeg, _responseLeg) switch
    {
        (RequestLeg.Start, _) => ReceivingHead,
        (RequestLeg.ReceiveBody, _) => "receiving the request's body",
        (RequestLeg.Route, _) when Target is null => "picking a server",
        (RequestLeg.Route, _) => "connecting to the server",
        (RequestLeg.Queue, _) => "waiting for a server with room",
        (RequestLeg.Connect, _) => "connecting to the server",
        (RequestLeg.SendHead, _) => "sending the request's head",
        (_, ResponseLeg.StreamBody) => "forwarding the response's body",
        (_, ResponseLeg.Tunnel) => "forwarding a tunnel's bytes",
        (RequestLeg.StreamBody, _) => "forwarding the request's body",
        (_, ResponseLeg.ReadHead) => "waiting for the response",
        _ => "sending an error response",
    };

    /// <summary>The client's stream fills it before the exchange begins.</summary>
    public RequestHead Head => _head;

    /// <summary>The client's stream receives heads in its buffer; what is left there after one is the body's beginning.</summary>
    public ref BodyRelay Request => ref _request;

    /// <summary>Starts with a request whose head is complete.</summary>
    public void Begin(IClientStream client)
    {
        StartOver(client);
        if (AcceptRequest() != Step.Over)
        {
            Advance();
        }
    }

    /// <summary>Starts with a request that is answered locally, because its head is malformed or did not arrive in time.</summary>
    public void BeginRejected(IClientStream client, FailureReason reason)
    {
        StartOver(client);
        if (Fail(reason) != Step.Over)
        {
            Advance();
        }
    }

    /// <summary>Steps both legs until neither makes progress. The only loop.</summary>
    public void Advance()
    {
        for (int i = 0; i < MaxStepsPerTick; i++)
        {
            Step request = StepRequest();
            if (request == Step.Over)
            {
                return;
            }
            Step response = StepResponse();
            if (response == Step.Over)
            {
                return;
            }
            if (_requestLeg == RequestLeg.Done && _responseLeg == ResponseLeg.Done)
            {
                response = Complete();
            }
            // A request leg that has just become Done counts as blocked: the response leg's step already took that into account.
            bool requestWaits = request == Step.Blocked || _requestLeg == RequestLeg.Done;
            if (response == Step.Over || (response == Step.Blocked && requestWaits))
            {
                return;
            }
            if (request == Step.Yield || response == Step.Yield)
            {
                break;
            }
        }
        ResumeNextTick();
    }

    public void OnReady() => Advance();

    private void ResumeNextTick()
    {
        if (!_willResume)
        {
            _willResume = true;
            _worker.Loop.ResumeNextTick(this);
        }
    }

    public void Resume()
    {
        _willResume = false;
        if (_client is not null)
        {
            Advance();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Step StepRequest() => _requestLeg switch
    {
        RequestLeg.ReceiveBody => StepReceiveBody(),
        RequestLeg.Route => StepRoute(),
        RequestLeg.Connect => Connect(_connector.OnReady(_worker.Loop.Now)),
        RequestLeg.SendHead => StepSendHead(),
        RequestLeg.StreamBody => StepRequestBody(),
        RequestLeg.Tunnel => StepRequestTunnel(),
        _ => Step.Blocked,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Step StepResponse() => _responseLeg switch
    {
        ResponseLeg.ReadHead => StepReadResponseHead(),
        ResponseLeg.StreamBody => StepResponseBody(),
        ResponseLeg.Tunnel => StepResponseTunnel(),
        ResponseLeg.Error => StepLocalResponse(),
        _ => Step.Blocked,
    };

    /// <summary>The only writer of the request leg. Arms or disarms the leg's deadline.</summary>
    private void Enter(RequestLeg next)
    {
        if (!next.MayFollow(_requestLeg))
        {
            Legs.Refuse(_requestLeg, next);
        }
        if (_requestLeg == RequestLeg.Queue)
        {
            _worker.Queue.Remove(_queueEntry);
        }
        _requestLeg = next;
        switch (next)
        {
            case RequestLeg.Queue:
                Arm(_requestDeadline, WaitsForOwn ? _worker.Affinity!.StickyWaitMs : _worker.Timeouts.Queue);
                break;
            case RequestLeg.Connect:
                _worker.Loop.Wheel.Arm(_requestDeadline, _connector.DueAt);
                break;
            case RequestLeg.ReceiveBody or RequestLeg.SendHead or RequestLeg.StreamBody:
                Arm(_requestDeadline, _worker.Timeouts.Body);
                break;
            case RequestLeg.Tunnel:
                Arm(_requestDeadline, _worker.Timeouts.Tunnel);
                break;
            case RequestLeg.Done:
                _requestDeadline.Disarm();
                ReleaseSentRequest();
                // The request is sent: the response timeout starts, unless the response has begun.
                if (_responseLeg == ResponseLeg.ReadHead)
                {
                    Arm(_responseDeadline, _worker.Timeouts.Response);
                }
                break;
            default:
                _requestDeadline.Disarm();
                break;
        }
    }

    /// <summary>The only writer of the response leg. Arms or disarms the leg's deadline.</summary>
    private void Enter(ResponseLeg next)
    {
        if (!next.MayFollow(_responseLeg))
        {
            Legs.Refuse(_responseLeg, next);
        }
        _responseLeg = next;
        switch (next)
        {
            case ResponseLeg.StreamBody or ResponseLeg.Error:
                Arm(_responseDeadline, _worker.Timeouts.Body);
                break;
            case ResponseLeg.Tunnel:
                Arm(_responseDeadline, _worker.Timeouts.Tunnel);
                break;
            default:
                // ReadHead's deadline starts when the request is sent.
                _responseDeadline.Disarm();
                break;
        }
    }

    /// <summary>After the whole request is sent, its buffer is kept only if its body may be sent again. A head is encoded again.</summary>
    private void ReleaseSentRequest()
    {
        if ((!_head.HasBody || !MaySendAgain) && _request.Buffer.Unframed == 0 && _request.Buffer.Pending == 0)
        {
            _request.Buffer.Release(_worker.Slab);
        }
    }

    private void Arm(Deadline deadline, long timeoutMs) => _worker.Loop.Wheel.Arm(deadline, _worker.Loop.Now + timeoutMs);

    private void StartOver(IClientStream client)
    {
        _client = client;
        _requestLeg = RequestLeg.Start;
        _responseLeg = ResponseLeg.Idle;
        _retries = default;
        _requestIncomplete = false;
    }
}
