using System.Net.Sockets;
using System.Security.Authentication;
using StackExchange.Redis;

namespace Carousel.Control.Store;

/// <summary>Makes of what the client library throws what we and people want to know. Pure. Nothing of it can hold a password.</summary>
internal static class StoreFailures
{
    /// <summary>Errors that speak of one key, not of the store (redis: src/server.c, createSharedObjects).</summary>
    public static bool ConcernsOneKey(RedisServerException error) => Code(error.Message) switch
    {
        "WRONGTYPE" => true,
        "ERR" => !error.Message.Contains("max number of clients", StringComparison.Ordinal)
            && !error.Message.Contains("operation not permitted", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>True if the command may have been carried out although it failed. An error reply is an answer: it was not.</summary>
    public static bool MayBeDone(Exception error) => error switch
    {
        RedisServerException => false,
        RedisConnectionException { CommandStatus: CommandStatus.WaitingToBeSent or CommandStatus.WaitingInBacklog } => false,
        _ => true,
    };

    /// <summary>The password that was given is not the one.</summary>
    public static StoreFailure WrongPassword { get; } = Refused("WRONGPASS");

    /// <summary>What the matter is.</summary>
    /// <param name="error">Thrown by a command or by connecting.</param>
    /// <param name="lastFailure">What the connection failed with last, where the error does not say.</param>
    public static StoreFailure Of(Exception error, Exception? lastFailure = null)
    {
        if (error is RedisServerException server)
        {
            return Refused(server.Message);
        }
        Exception[] chain = [.. Chain(error), .. Chain(lastFailure)];
        // What the server said while we logged in is inside of what the connection failed with.
        if (chain.OfType<RedisServerException>().FirstOrDefault() is { } said)
        {
            return Refused(said.Message);
        }
        // What asks for a primary is not even sent where the library knows of replicas only.
        if (chain.Any(e => e.Message.Contains("not eligible for replica", StringComparison.Ordinal)))
        {
            return Refused("READONLY");
        }
        if (chain.OfType<RedisConnectionException>().Any(e => e.FailureType == ConnectionFailureType.AuthenticationFailure)
            && !chain.OfType<AuthenticationException>().Any())
        {
            return Refused(chain.Any(e => e.Message.Contains("NOAUTH", StringComparison.Ordinal)) ? "NOAUTH" : "WRONGPASS");
        }
        if (chain.OfType<AuthenticationException>().FirstOrDefault() is { } tls)
        {
            return new StoreFailure(StoreState.Unreachable, "TLS", $"TLS: {tls.Message.TrimEnd('.')}");
        }
        if (chain.OfType<SocketException>().FirstOrDefault() is { } socket)
        {
            return Unreachable(Text(socket.SocketErrorCode), socket.SocketErrorCode == SocketError.ConnectionRefused);
        }
        return Unreachable(chain.Any(e => e is TimeoutException) ? "no answer" : "the connection was closed");
    }

    /// <summary>It does not answer.</summary>
    public static StoreFailure Unreachable(string text, bool isRefused = false) => new(StoreState.Unreachable, "", text, isRefused);

    private static StoreFailure Refused(string message)
    {
        string code = Code(message);
        string text = code switch
        {
            "NOAUTH" => "NOAUTH: it wants a password (--store-password-file FILE, or CAROUSEL_STORE_PASSWORD)",
            "WRONGPASS" => "WRONGPASS: the user or the password is wrong",
            "NOPERM" => "NOPERM: the user may not write carousel:*",
            "READONLY" => "READONLY: it is a replica",
            "OOM" => "OOM: it is out of memory",
            "LOADING" => "LOADING: it is still reading its data",
            "CLUSTERDOWN" => "CLUSTERDOWN: the cluster is incomplete",
            "MISCONF" => "MISCONF: it can't save to its disk",
            _ => code,
        };
        bool isWellConnected = code is "OOM" or "LOADING" or "MISCONF" or "BUSY" or "NOREPLICAS" or "NOPERM";
        return new StoreFailure(StoreState.Refusing, code, text, NeedsNewConnection: !isWellConnected);
    }

    /// <summary>The error's first word, by which servers tell errors apart.</summary>
    private static string Code(string message)
    {
        // How the library begins those that it met while logging in.
        const string prefix = "SimpleError: ";
        string text = message.StartsWith(prefix, StringComparison.Ordinal) ? message[prefix.Length..] : message;
        string code = text.Split(' ', 2)[0];
        return code.Length != 0 && code.All(char.IsAsciiLetterUpper) ? code : "ERR";
    }

    private static string Text(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.HostNotFound or SocketError.NoData => "the name does not resolve",
        SocketError.TryAgain => "the name can't be looked up",
        SocketError.TimedOut => "no answer",
        SocketError.ConnectionReset => "the connection was reset",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "no route to it",
        _ => error.ToString(),
    };

    private static IEnumerable<Exception> Chain(Exception? error)
    {
        for (Exception? e = error; e is not null; e = e.InnerException)
        {
            yield return e;
            if (e is AggregateException several)
            {
                foreach (Exception inner in several.InnerExceptions.Skip(1).SelectMany(Chain))
                {
                    yield return inner;
                }
            }
        }
    }
}
