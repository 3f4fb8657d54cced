using System.Net;
using System.Net.Sockets;
using Garnet;

namespace Carousel.Store;

/// <summary>Starts and stops Garnet.</summary>
internal sealed class GarnetProcess : IDisposable
{
    private readonly Claims _claims;
    private readonly GarnetServer _server;
    private readonly bool _keeps;

    private GarnetProcess(Claims claims, GarnetServer server, bool keeps) => (_claims, _server, _keeps) = (claims, server, keeps);

    /// <summary>Starts it: when this returns, the data is recovered and connections are accepted. Takes as long as the recovery.</summary>
    /// <exception cref="StartException">It can't start; everything is released.</exception>
    public static GarnetProcess Start(StoreOptions options)
    {
        var claims = Claims.Take(options);
        GarnetServer? server = null;
        try
        {
            server = new GarnetServer(GarnetSettings.Of(options));
            server.Start();
            return new GarnetProcess(claims, server, options.DataDirectory is not null);
        }
        catch (Exception e)
        {
            server?.Dispose(deleteDir: false);
            claims.Dispose();
            throw new StartException(Why(options, e));
        }
    }

    /// <summary>Writes unsaved data to the disk, then stops.</summary>
    public void Dispose()
    {
        if (_keeps)
        {
            _server.Store.CommitAOFAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
        _server.Dispose(deleteDir: false);
        _claims.Dispose();
    }

    private static string Why(StoreOptions options, Exception e) => e switch
    {
        SocketException socket => Claims.PortError(new IPEndPoint(options.Bind[0], options.Port), socket),
        _ when options.DataDirectory is not null => $"--data {options.DataDirectory}: can't be read back ({FirstLine(e.Message)})",
        _ => FirstLine(e.Message),
    };

    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd();
}
