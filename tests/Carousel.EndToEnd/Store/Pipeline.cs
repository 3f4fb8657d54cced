namespace Carousel.EndToEnd.Store;

/// <summary>Many commands without waiting for each.</summary>
internal static class Pipeline
{
    /// <summary>Sends so many, then reads all answers; throws at the first error.</summary>
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
                throw new InvalidOperationException($"the store answered {response}");
            }
        }
    }
}
