namespace Carousel.Hosting;

/// <summary>Starts parts in their order and stops them in reverse. One thread.</summary>
/// <param name="parts">In the order of their start.</param>
/// <param name="reportError">Receives why a part can't start or stop.</param>
internal sealed class Host(IReadOnlyList<HostPart> parts, Action<string> reportError)
{
    /// <summary>The parts before this one are started.</summary>
    private int _started;

    /// <summary>
    /// Starts all parts; call once. If one fails, those before it are stopped: false if it threw a <see cref="StartException"/>, which is reported first. Other exceptions
    /// are rethrown.
    /// </summary>
    public bool Start()
    {
        try
        {
            for (; _started < parts.Count; _started++)
            {
                parts[_started].Start?.Invoke();
            }
            return true;
        }
        catch (StartException e)
        {
            reportError(e.Message);
            Stop();
            return false;
        }
        catch
        {
            Stop();
            throw;
        }
    }

    /// <summary>Stops all started parts; does nothing if there are none. False if a part threw, which is reported; the others are stopped nevertheless.</summary>
    public bool Stop()
    {
        bool isGood = true;
        while (_started > 0)
        {
            HostPart part = parts[--_started];
            try
            {
                part.Stop?.Invoke();
            }
            catch (Exception e)
            {
                isGood = false;
                reportError($"{part.Name}: failed to stop; this is a defect in carousel, please report it: {e}");
            }
        }
        return isGood;
    }
}
