using Carousel.Cli;
using Carousel.Control.Admin;
using Carousel.Core.Events;
using Carousel.Logging;

namespace Carousel.Hosting;

/// <summary>The admin side of a running balancer. Traffic does not depend on it.</summary>
/// <param name="settings">From the command line.</param>
/// <param name="context">The state that it shows and changes.</param>
internal sealed class AdminSide(RunSettings settings, AdminContext context) : IDisposable
{
    private AdminServer? _server;

    /// <summary>Its URL, which is the dashboard's; null if it does not run.</summary>
    public string? Url => _server is null ? null : Link.Of(_server.EndPoint) + "/";

    /// <summary>
    /// Starts it, unless it is off. False with a line on standard error if it can't start and --admin was given. If the default address is taken, such as by another balancer on
    /// this machine, the line is only a warning.
    /// </summary>
    /// <param name="warn">Receives the warning.</param>
    /// <param name="writer">Receives the error that ends the start.</param>
    public bool Start(ReportEvent warn, LogWriter writer)
    {
        if (settings.Admin is null)
        {
            return true;
        }
        try
        {
            _server = AdminServer.StartAsync(settings.Admin, context).GetAwaiter().GetResult();
            return true;
        }
        catch (AdminStartException e) when (settings.IsAdminGiven)
        {
            writer.Fail(e.Message);
            return false;
        }
        catch (AdminStartException e)
        {
            warn(EventLevel.Warning, $"no admin side: {e.Message}");
            return true;
        }
    }

    public void Dispose() => _server?.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
