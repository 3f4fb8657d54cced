namespace Carousel.Core.Config;

/// <summary>Records the first line (or argument) of each address and name, and reports duplicates.</summary>
internal sealed class FirstLines(ListPart part, List<ConfigError> errors)
{
    private readonly Dictionary<ServerAddress, int> _addresses = [];
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);

    /// <summary>False if an earlier line has the address.</summary>
    public bool TakeAddress(ServerAddress address, int column, int line)
    {
        if (_addresses.TryAdd(address, line))
        {
            return true;
        }
        errors.Add(new ConfigError(line, column, $"http://{address} is already {part.Where} {_addresses[address]}"));
        return false;
    }

    public void TakeName(LineToken name, int line)
    {
        if (!_names.TryAdd(name.Text, line))
        {
            string message = $"the name \"{name.Text}\" is already taken {part.Where} {_names[name.Text]}";
            errors.Add(new ConfigError(line, name.Column, message));
        }
    }
}
