namespace MmapIo;

/// <summary>Work with an end to it that takes place whatever comes of the work.</summary>
internal static class Ending
{
    public static async Task<T> With<T>(Func<Task<T>> start, Action end)
    {
        try
        {
            return await start().ConfigureAwait(false);
        }
        finally
        {
            end();
        }
    }
}
