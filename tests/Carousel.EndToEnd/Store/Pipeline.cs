namespace Carousel.EndToEnd.Store;

/// <summary>Sends many commands without waiting for each reply.</summary>
internal static class Pipeline
{
    /// <summary>Sends N commands, then reads all replies; throws at the first error.</summary>
    public static void Run(RespClient client, int count, Func<int, string[]> command)
    {
        for (int number = 0; number < count; number++)
        {
            client.Send(command(number));
        }
        for (int number = 0; number < count; number++)
        {
            string response = client.Read();
            if (response.StartsWith('-'))
            {
                throw new InvalidOperationException($"the store replied {response}");
            }
        }
    }
}
