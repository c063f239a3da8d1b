namespace MmapIo.Tool.Reports;

/// <summary>Where what was found out, or done, of each file goes. Disposing it writes what has to come last.</summary>
/// <typeparam name="T">What there is to say of a file.</typeparam>
internal interface IReport<in T> : IDisposable
{
    void Add(T file);
}
