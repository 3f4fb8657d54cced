using System.Net.Sockets;
using System.Security.Authentication;
using StackExchange.Redis;

namespace Carousel.Control.Store.Client;

/// <summary>Classifies the client library's exceptions. Pure. Results never contain a password.</summary>
internal static class StoreFailures
{
    /// <summary>Errors that concern one key, not the store (redis: src/server.c, createSharedObjects).</summary>
    public static bool ConcernsOneKey(RedisServerException error) => Code(error.Message) switch
    {
        "WRONGTYPE" => true,
        "ERR" => !error.Message.Contains("max number of clients", StringComparison.Ordinal)
            && !error.Message.Contains("operation not permitted", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>True if the command may have been executed although it failed. An error reply means that it was not.</summary>
    public static bool MayBeDone(Exception error) => error switch
    {
        RedisServerException => false,
        RedisConnectionException { CommandStatus: CommandStatus.WaitingToBeSent or CommandStatus.WaitingInBacklog } => false,
        _ => true,
    };

    /// <summary>The configured password is wrong.</summary>
    public static StoreFailure WrongPassword { get; } = Refused("WRONGPASS");

    /// <summary>Classifies an error.</summary>
    /// <param name="error">Thrown by a command or by connecting.</param>
    /// <param name="lastFailure">The connection's last failure, for errors without a cause.</param>
    public static StoreFailure Of(Exception error, Exception? lastFailure = null)
    {
        if (error is RedisServerException server)
        {
            return Refused(server.Message);
        }
        Exception[] chain = [.. Chain(error), .. Chain(lastFailure)];
        // An error reply during login is an inner exception of the connection's failure.
        if (chain.OfType<RedisServerException>().FirstOrDefault() is { } reply)
        {
            return Refused(reply.Message);
        }
        // The library does not send commands for a primary if it knows only replicas.
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
        return Unreachable(chain.Any(e => e is TimeoutException) ? "no response" : "the connection was closed");
    }

    /// <summary>The store does not respond.</summary>
    public static StoreFailure Unreachable(string text, bool isRefused = false) => new(StoreState.Unreachable, "", text, isRefused);

    private static StoreFailure Refused(string message)
    {
        string code = Code(message);
        string text = code switch
        {
            "NOAUTH" => "NOAUTH: authentication required: set --store-password-file or CAROUSEL_STORE_PASSWORD",
            "WRONGPASS" => "WRONGPASS: the user or the password is wrong",
            "NOPERM" => "NOPERM: the user has no permission to write carousel:*",
            "READONLY" => "READONLY: the server is a replica",
            "OOM" => "OOM: out of memory",
            "LOADING" => "LOADING: still loading its data",
            "CLUSTERDOWN" => "CLUSTERDOWN: the cluster is incomplete",
            "MISCONF" => "MISCONF: can't save to disk",
            _ => code,
        };
        bool isWellConnected = code is "OOM" or "LOADING" or "MISCONF" or "BUSY" or "NOREPLICAS" or "NOPERM";
        return new StoreFailure(StoreState.Refusing, code, text, NeedsNewConnection: !isWellConnected);
    }

    /// <summary>The error's first word, its code.</summary>
    private static string Code(string message)
    {
        // The library's prefix of errors during login.
        const string prefix = "SimpleError: ";
        string text = message.StartsWith(prefix, StringComparison.Ordinal) ? message[prefix.Length..] : message;
        string code = text.Split(' ', 2)[0];
        return code.Length != 0 && code.All(char.IsAsciiLetterUpper) ? code : "ERR";
    }

    private static string Text(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.HostNotFound or SocketError.NoData => "the name does not resolve",
        SocketError.TryAgain => "name lookup failed",
        SocketError.TimedOut => "no response",
        SocketError.ConnectionReset => "the connection was reset",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "no route to host",
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
