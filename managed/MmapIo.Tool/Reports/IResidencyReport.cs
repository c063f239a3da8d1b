using MmapIo.Tool.Files;

namespace MmapIo.Tool.Reports;

/// <summary>Writes what was found, file by file. Disposing it writes what has to come last.</summary>
internal interface IResidencyReport : IDisposable
{
    /// <summary>How many slices of a file it has room for.</summary>
    int SliceLimit { get; }

    void Add(FileResidency file);
}
