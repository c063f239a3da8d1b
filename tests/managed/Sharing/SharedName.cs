namespace MmapIo.Tests;

/// <summary>A name for shared memory that no other test uses. What has it loses it with the test.</summary>
internal sealed class SharedName : IDisposable
{
    public string Text { get; } = $"mmapio-{Guid.NewGuid():N}"[..30];

    /// <summary>Where such memory is a file.</summary>
    public string Path => $"/dev/shm/{Text}";

    public static SharedName New()
    {
        Needs.Capability(MemoryMap.Capabilities.CanShareByName, "share memory by name");
        return new SharedName();
    }

    public void Dispose()
    {
        try
        {
            MemoryMap.DeleteShared(Text);
        }
        catch (FileNotFoundException)
        {
            // It is gone, as it always is where names do not last.
        }
    }
}
