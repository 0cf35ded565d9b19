// Brings the microphone to 8 kHz and passes it on in pieces of 40 ms. Runs on the audio thread.
const RATE = 8000;
const PIECE = 320;

class Talk extends AudioWorkletProcessor {
  constructor() {
    super();
    this.piece = new Int16Array(PIECE);
    this.filled = 0;
    this.position = 0;
    this.sum = 0;
    this.count = 0;
  }

  process([input]) {
    const channel = input && input[0];
    if (!channel) return true;
    // The mean of what falls into one sample: a simple low-pass, enough for speech.
    for (const value of channel) {
      this.sum += value;
      this.count += 1;
      this.position += RATE;
      if (this.position < sampleRate) continue;
      this.position -= sampleRate;
      const mean = Math.max(-1, Math.min(1, this.sum / this.count));
      this.piece[this.filled++] = Math.round(mean * 32767);
      this.sum = 0;
      this.count = 0;
      if (this.filled < PIECE) continue;
      this.port.postMessage(this.piece.slice());
      this.filled = 0;
    }
    return true;
  }
}

registerProcessor('talk', Talk);
