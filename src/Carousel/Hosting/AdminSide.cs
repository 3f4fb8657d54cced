using Carousel.Cli;
using Carousel.Control.Admin;
using Carousel.Core.Events;

namespace Carousel.Hosting;

/// <summary>The admin side of a running balancer. Traffic does not depend on it.</summary>
/// <param name="settings">From the command line.</param>
/// <param name="context">The state that it shows and changes.</param>
/// <param name="warn">Receives the warning that it does not run.</param>
internal sealed class AdminSide(RunSettings settings, AdminContext context, ReportEvent warn) : IDisposable
{
    private AdminServer? _server;

    /// <summary>Its URL, which is the dashboard's; null if it does not run.</summary>
    public string? Url => _server is null ? null : Link.Of(_server.EndPoint) + "/";

    /// <summary>Starts it, unless it is off. If the default address is taken, such as by another balancer on this machine, a warning is enough.</summary>
    /// <exception cref="StartException">It can't listen, and --admin was given.</exception>
    public void Start()
    {
        if (settings.Admin is null)
        {
            return;
        }
        try
        {
            _server = AdminServer.StartAsync(settings.Admin, context).GetAwaiter().GetResult();
        }
        catch (AdminStartException e) when (settings.IsAdminGiven)
        {
            throw new StartException(e.Message);
        }
        catch (AdminStartException e)
        {
            warn(EventLevel.Warning, $"no admin side: {e.Message}");
        }
    }

    public void Dispose() => _server?.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
